import type { z } from 'zod';
import type { PartialRequest } from '../partial-request.ts';

/** An error or a possible mistake in a create request. */
export interface Problem {
  /** The path of the field, such as `nodes[0].instanceSpec.adminPassword`; empty for the request as a whole. */
  path: string;
  /** The ID of the rule that found it. */
  rule: string;
  /** Says what is wrong. Never contains the value of a secret. */
  message: string;
  /** Says what the user can do about it. */
  advice: string;
}

/** A {@link Problem} as a rule reports it, without the ID of the rule. */
export type Finding = Omit<Problem, 'rule'>;

export interface Rule {
  /** Stable, because users disable rules by their IDs. */
  id: string;
  /** States what the rule requires, in one sentence. */
  description: string;
  /** `error`: the create would fail. `warning`: the create may not do what the user intends. */
  severity: 'error' | 'warning';
  /**
   * Finds violations. Must accept a request with any part missing; other rules report missing parts.
   *
   * @param source The original value, for rules about parts that could not be read.
   * @param issues The places where the value does not fit the schema of a create request.
   */
  check: (request: PartialRequest, source: unknown, issues: readonly SchemaIssue[]) => Finding[];
}

/** A place where a value does not fit a schema. `input` holds the value, which may be a secret. */
export type SchemaIssue = z.core.$ZodIssue;
