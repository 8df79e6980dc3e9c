import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsInt, IsPositive, Matches } from 'class-validator';
import { IsText, Omittable } from '../../common/validation';
import { VISIBILITIES, type Visibility } from '../../protocol/http';
import { MAX_MEDIA, MAX_TEXT_LENGTH } from '../../protocol/post-bounds';

/** Bounds what is read and counted; whether it fits is for `requireFitting` to say, with the limit and the count. */
const LONGEST_READ = 50_000;

class PostFields {
  /** For the person's own list: statuses have none, so no instance is sent it. */
  @Omittable()
  @IsText(0, 200)
  title?: string;

  @Omittable()
  @IsIn(VISIBILITIES)
  visibility?: Visibility;

  @Omittable()
  @IsText(0, MAX_TEXT_LENGTH)
  spoiler_text?: string;

  /** ISO 639, such as `en` or `pt-BR`. */
  @Omittable()
  @Matches(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$/, { message: 'language must be a code such as en or pt-BR' })
  language?: string;

  @Omittable()
  @IsPositive({ each: true })
  @IsInt({ each: true })
  @ArrayUnique()
  @ArrayMaxSize(MAX_MEDIA)
  @IsArray()
  media_ids?: number[];
}

export class CreatePostDto extends PostFields {
  @IsText(0, LONGEST_READ)
  content!: string;
}

/** What is left out stays as it is. */
export class UpdatePostDto extends PostFields {
  @Omittable()
  @IsText(0, LONGEST_READ)
  content?: string;
}
