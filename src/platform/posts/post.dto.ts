import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsInt, IsPositive } from 'class-validator';
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

  @Omittable()
  @IsArray()
  @ArrayMaxSize(16)
  @ArrayUnique()
  @IsInt({ each: true })
  @IsPositive({ each: true })
  media_ids?: number[];
}
