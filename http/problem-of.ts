import { STATUS_CODES } from 'node:http';
import type { FastifyError } from 'fastify';
import {
  ClusterRequestError,
  InvalidOptionsError,
  InvalidSpecError,
  OptionsConflictError,
  OrchestratorError,
  SpecConflictError,
  temporalFailureOf,
  TooManyMatchesError,
  type OrchestratorErrorKind,
  type TemporalFailure,
} from '../client/index.ts';
import { RequestError } from './request-error.ts';
import type { Problem, RequestProblem } from './schemas/problem.ts';

/** What an error of the library means over HTTP. docs/http.md lists it. */
const statusByKind: Record<OrchestratorErrorKind, number> = {
  invalidInput: 400,
  invalidSpec: 422,
  // The settings of this server: nothing that the caller could change.
  configuration: 500,
  conflict: 409,
  notFound: 404,
  refused: 502,
  unreachable: 503,
  interrupted: 503,
};

const byTemporalFailure: Record<TemporalFailure, { status: number; code: string; detail: string }> = {
  unreachable: {
    status: 503,
    code: 'TemporalUnreachable',
    detail:
      'Temporal does not answer, and the request may have taken effect; repeat it: every request is safe to repeat',
  },
  overloaded: {
    status: 503,
    code: 'TemporalOverloaded',
    detail: 'Temporal takes no more calls for now; repeat the request: every request is safe to repeat',
  },
  refused: {
    status: 502,
    code: 'TemporalRefused',
    detail: 'Temporal refuses the call; the operator of this server must check its rights',
  },
  invalid: { status: 400, code: 'InvalidRequest', detail: 'Temporal cannot use the request, which may be too large' },
};

/** Describes any error as a problem. Errors that nobody foresaw show nothing of themselves: the log has them. */
export function problemOf(error: unknown, requestID: string): Problem {
  const { status, code, detail, ...more } = describe(error);
  return {
    type: `urn:cce-orchestrator:problem:${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    code,
    requestID,
    ...more,
  };
}

type Described = Pick<Problem, 'status' | 'code' | 'detail'> &
  Record<string, unknown> & { problems?: RequestProblem[] };

function describe(error: unknown): Described {
  if (error instanceof RequestError) {
    const { status, code, message, problems } = error;
    return { status, code, detail: message, ...(problems.length > 0 && { problems: [...problems] }) };
  }
  if (error instanceof OrchestratorError) {
    return { status: statusByKind[error.kind], code: error.name, detail: error.message, ...detailsOf(error) };
  }
  const failure = temporalFailureOf(error);
  if (failure !== undefined) return byTemporalFailure[failure];
  return (error instanceof Error ? describeFastify(error as FastifyError) : undefined) ?? unforeseen;
}

const unforeseen: Described = {
  status: 500,
  code: 'InternalError',
  detail: 'the server met an error that nobody foresaw; its log has it under the requestID',
};

/** What programs need of an error besides its text. */
function detailsOf(error: OrchestratorError): Record<string, unknown> {
  if (error instanceof InvalidSpecError) {
    const problems = error.problems.map((problem): RequestProblem => ({ in: 'body', ...problem }));
    return { problems, ...(error.warnings.length > 0 && { warnings: error.warnings }) };
  }
  if (error instanceof InvalidOptionsError) {
    return {
      problems: error.problems.map((problem): RequestProblem => ({ in: partOfOption(problem.path), ...problem })),
    };
  }
  if (error instanceof SpecConflictError) {
    const { differingPaths, clusterID } = error;
    return { differingPaths, ...(clusterID !== undefined && { clusterID }) };
  }
  if (error instanceof OptionsConflictError) return { unmet: error.unmet };
  if (error instanceof ClusterRequestError) return { reason: error.failure.type };
  // Not which: they may be thousands, also of names that the caller may not see.
  if (error instanceof TooManyMatchesError) return { matches: error.report.targets.length };
  return {};
}

/** Names come from the path, and all other options of the library from the body. */
function partOfOption(path: string): RequestProblem['in'] {
  if (nodeOptions.includes(path)) return 'query';
  return ['nameOrID', 'account', 'region'].includes(path) ? 'path' : 'body';
}

const nodeOptions = ['readiness', 'nodeTimeoutSeconds', 'onNodeFailure', 'maxReplacements'];

const partOf: Readonly<Record<string, RequestProblem['in']>> = {
  body: 'body',
  querystring: 'query',
  params: 'path',
  headers: 'headers',
};

/** The errors of fastify and its plugins. Their texts may quote the body, so those of ours replace them. */
function describeFastify({ validation, validationContext, statusCode, code }: FastifyError): Described | undefined {
  if (validation !== undefined) {
    const part = partOf[validationContext ?? 'body'] ?? 'body';
    const problems = validation.map(({ instancePath, message = 'is invalid' }): RequestProblem => ({
      in: part,
      path: dottedPath(instancePath),
      message,
    }));
    const detail = problems.map(({ path, message }) => `${path || part}: ${message}`).join('; ');
    return { status: 400, code: 'InvalidRequest', detail, problems };
  }
  if (statusCode === undefined || statusCode < 400 || statusCode > 499) return undefined;
  return {
    status: statusCode,
    ...(byFastifyCode[code] ?? { code: 'InvalidRequest', detail: 'the request cannot be read' }),
  };
}

const byFastifyCode: Readonly<Record<string, { code: string; detail: string }>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'BodyTooLarge', detail: 'the body is too large' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: 'UnsupportedMediaType',
    detail: 'the body must be application/json or application/yaml',
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: { code: 'InvalidRequest', detail: 'the body is empty, but its content type says JSON' },
};

/** `/nodes/0/name` as `nodes[0].name`. */
function dottedPath(pointer: string): string {
  return pointer
    .split('/')
    .filter((part) => part !== '')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join('');
}
