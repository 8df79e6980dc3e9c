import { IsText } from '../common/validation';

export class RenameDeviceDto {
  /** An empty name removes it: the device is then named after its browser and system. */
  @IsText(0, 60)
  name!: string;
}
