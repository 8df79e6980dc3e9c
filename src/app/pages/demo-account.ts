import { Injectable } from '@nestjs/common';

/** The account that anybody may try, once it is there. */
@Injectable()
export class DemoAccount {
  /** Null where this is no demo. */
  credentials: { username: string; password: string } | null = null;
}
