import { Injectable } from '@nestjs/common';

/** Credentials of the demo user, shown on the login page. */
@Injectable()
export class DemoAccount {
  /** Null without a demo. */
  credentials: { username: string; password: string } | null = null;
}
