import { Injectable } from '@nestjs/common';

/** Whether this process was told to stop: then it says "not ready", and still answers. */
@Injectable()
export class Lifecycle {
  draining = false;
}
