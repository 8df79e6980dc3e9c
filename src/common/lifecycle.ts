import { Injectable } from '@nestjs/common';

/** Whether this process was told to stop: it then reports "not ready", but still answers. */
@Injectable()
export class Lifecycle {
  draining = false;
}
