import { CceApiError } from '../../../cce/cce-api-error.ts';

/** The answer to a GET of a cluster that does not exist. */
export const notFound = new CceApiError({
  code: 'cce.warning.ClusterNotFound',
  message: 'gone',
  httpStatus: 404,
  method: 'GET',
  path: '/v2/cluster',
});
