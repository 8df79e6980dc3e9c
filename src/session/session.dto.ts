import { IsText } from '../common/validation';

export class RenameDeviceDto {
  /** An empty one takes the name away: the device is called after its browser and system again. */
  @IsText(0, 60)
  name!: string;
}
