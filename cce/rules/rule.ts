import type { z } from 'zod';
import type { PartialRequest } from '../partial-request.ts';

/** Something that is, or may be, wrong with a create request. */
export interface Problem {
  /** The field, such as `nodes[0].instanceSpec.adminPassword`; empty for the request as a whole. */
  path: string;
  /** The ID of the rule that found it. */
  rule: string;
  /** What is wrong. Never contains the value of a secret. */
  message: string;
  /** What to do about it. */
  advice: string;
}

/** What a rule reports: a {@link Problem} that does not name its rule yet. */
export type Finding = Omit<Problem, 'rule'>;

export interface Rule {
  /** Stable: users turn rules off by it. */
  id: string;
  /** What the rule asks for, in one sentence. */
  description: string;
  /** `error`: the create would fail. `warning`: it may not do what its author means. */
  severity: 'error' | 'warning';
  /**
   * Looks for violations. Must cope with any part of the request missing: those parts are other rules' business.
   *
   * @param source The value as it came, for rules about what could not be read.
   * @param issues Where the value does not fit the schema of a create request.
   */
  check: (request: PartialRequest, source: unknown, issues: readonly SchemaIssue[]) => Finding[];
}

/** A place where a value does not fit a schema. `input` is what stands there, which may be a secret. */
export type SchemaIssue = z.core.$ZodIssue;
