import type { FastifyRequest } from 'fastify';
import type { ApprovalStatus } from '../../client/index.ts';
import { maySee } from './authorize.ts';

/** Whether a token may see a change, by the name of its cluster or batch. The route of a decision checks the clusters of a batch. */
export function isVisible(
  request: Pick<FastifyRequest, 'principal'>,
  { change }: Pick<ApprovalStatus, 'change'>,
): boolean {
  switch (change.kind) {
    case 'delete':
      return maySee(request, change);
    case 'batch':
      return maySee(request, { clusterName: change.upload.name });
    case 'reconcile':
      return maySee(request, {});
  }
}
