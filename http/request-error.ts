import type { RequestProblem } from './schemas/problem.ts';

/** Thrown when the server itself refuses a request. Errors of the library pass through, see problem-of.ts. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly status: number;
  /** Stable, for programs. */
  readonly code: string;
  readonly problems: readonly RequestProblem[];

  constructor(status: number, code: string, detail: string, problems: readonly RequestProblem[] = []) {
    super(detail);
    this.status = status;
    this.code = code;
    this.problems = problems;
  }
}

/** One invalid value of the body or the query. */
export function invalid(part: RequestProblem['in'], path: string, message: string): RequestError {
  return new RequestError(400, 'InvalidRequest', `${path}: ${message}`, [{ in: part, path, message }]);
}
