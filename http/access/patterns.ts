import { z } from 'zod';
import { nameMatcher, namePatternProblem } from '../../client/index.ts';

/** A pattern of names, as a text that is checked and not compiled. */
export const patternSchema = z.string().superRefine((text, context) => {
  const problem = namePatternProblem(text);
  if (problem !== undefined) context.addIssue(problem);
});

/** A pattern of accounts and one of regions, compiled. */
export const scopeSchema = z.string().transform((text, context) => {
  const [account = '', region = '', ...others] = text.split('/');
  const problem =
    others.length > 0 || !text.includes('/')
      ? `"${text}" must be a pattern of accounts and one of regions, such as default/* or prod/bj`
      : (namePatternProblem(account) ?? namePatternProblem(region));
  if (problem === undefined) return { account: nameMatcher(account), region: nameMatcher(region) };
  context.addIssue(problem);
  return z.NEVER;
});
