import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsInt, IsPositive, Matches } from 'class-validator';
import { IsText, Omittable } from '../../common/validation';
import { VISIBILITIES, type Visibility } from '../../protocol/http';

/** Bounds what is stored; how long a post may be is for its platform to say. */
const LONGEST_TEXT = 15_000;

export class CreatePostDto {
  @Omittable()
  @IsText(0, 200)
  title?: string;

  @IsText(0, LONGEST_TEXT)
  content!: string;

  @Omittable()
  @IsIn(VISIBILITIES)
  visibility?: Visibility;

  @Omittable()
  @IsText(0, LONGEST_TEXT)
  spoiler_text?: string;

  /** ISO 639, such as `en` or `pt-BR`. */
  @Omittable()
  @Matches(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$/, { message: 'language must be a code such as en or pt-BR' })
  language?: string;

  @Omittable()
  @IsArray()
  @ArrayMaxSize(16)
  @ArrayUnique()
  @IsInt({ each: true })
  @IsPositive({ each: true })
  media_ids?: number[];
}
