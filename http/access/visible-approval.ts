import type { FastifyRequest } from 'fastify';
import type { ApprovalStatus } from '../../client/index.ts';
import { maySee } from './authorize.ts';

/** Whether a change is of a name that the token is for. The clusters of a batch are checked by whoever decides about it. */
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
