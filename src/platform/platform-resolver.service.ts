import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../database/unit-of-work';
import type { PlatformView } from '../protocol/http';
import { PlatformResolver } from '../session/platform-resolver';
import type { PlatformTarget } from '../session/request-session';
import type { SessionContext } from '../session/session-context';
import { PlatformFence } from './platform-fence';

/** Checks a platform named by a request with PlatformFence, before the handler runs. */
@Injectable()
export class FencedPlatformResolver extends PlatformResolver {
  constructor(
    private readonly fence: PlatformFence,
    private readonly work: UnitOfWork,
  ) {
    super();
  }

  resolve(context: SessionContext, target: PlatformTarget): Promise<PlatformView> {
    return this.work.read((em) => this.fence.check(em, context, target));
  }
}
