import { Get } from '@nestjs/common';
import { NodeRegistry } from '../cluster/node-registry';
import { mergeReports } from '../common/performance';
import type { PerformanceView } from '../protocol/admin';
import { ApiController, RequireSession } from '../session/session.decorators';

@ApiController('admin')
@RequireSession({ role: 'admin' })
export class AdminController {
  constructor(private readonly nodes: NodeRegistry) {}

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
