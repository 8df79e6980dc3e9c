import { Get } from '@nestjs/common';
import { NodeRegistry } from '../cluster/node-registry';
import { mergeReports } from '../common/performance';
import type { OverviewView, PerformanceView } from '../protocol/admin';
import { ApiController, RequireSession } from '../session/session.decorators';
import { OverviewService } from './overview.service';

@ApiController('admin')
@RequireSession({ role: 'admin' })
export class AdminController {
  constructor(
    private readonly nodes: NodeRegistry,
    private readonly figures: OverviewService,
  ) {}

  @Get('overview')
  overview(): Promise<OverviewView> {
    return this.figures.read();
  }

  @Get('performance')
  async performance(): Promise<PerformanceView> {
    const nodes = await this.nodes.list();
    return {
      operations: mergeReports(nodes.flatMap(({ operations }) => operations)),
      nodes: nodes.map(({ id, host, pid, startedAt, sockets, operations }) => ({
        id,
        host,
        pid,
        started_at: startedAt,
        sockets,
        operations,
      })),
    };
  }
}
