import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsInt, IsPositive, Matches } from 'class-validator';
import { IsText, Omittable } from '../../common/validation';
import { VISIBILITIES, type Visibility } from '../../protocol/http';
import { MAX_MEDIA, MAX_TEXT_LENGTH } from '../../protocol/post-bounds';

/** Upper bound for parsing and counting, in UTF-16 units; `requireFitting` checks the instance's limit. */
const MAX_READ_LENGTH = 50_000;

/** Exported for the API's description. */
export class PostFields {
  /** Shown in the user's own list only: statuses have no title, so it is not sent to the instance. */
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
  @IsText(0, MAX_READ_LENGTH)
  content!: string;
}

/** Omitted fields keep their value. */
export class UpdatePostDto extends PostFields {
  @Omittable()
  @IsText(0, MAX_READ_LENGTH)
  content?: string;
}
