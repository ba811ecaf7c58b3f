import { z } from 'zod';

/** One place of a request that cannot be used. */
export const requestProblemSchema = z.object({
  in: z.enum(['body', 'query', 'path', 'headers']).describe('The part of the request.'),
  path: z.string().describe('The place in that part, such as `cluster.clusterName`; empty for the part as a whole.'),
  message: z.string(),
  rule: z.string().exactOptional().describe('The validation rule that found it. `disabledRule` disables it.'),
  advice: z.string().exactOptional().describe('What to do about it.'),
});

/** An error of any route, by RFC 9457. */
export const problemSchema = z
  .looseObject({
    type: z.string().describe('A URN that ends with the code.'),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z
      .string()
      .describe('Stable, for programs.')
      .meta({ examples: ['SpecConflictError'] }),
    requestID: z.string().describe('The ID of this request in the log of the server.'),
    problems: z.array(requestProblemSchema).exactOptional(),
  })
  .meta({ id: 'Problem', description: 'An error, by RFC 9457.' });

export type RequestProblem = z.infer<typeof requestProblemSchema>;
export type Problem = z.infer<typeof problemSchema>;

/** The answers of every route that are not its own. */
export const problemResponses = {
  '4xx': {
    description: 'The request cannot be carried out. Nothing was changed.',
    content: { 'application/problem+json': { schema: problemSchema } },
  },
  '5xx': {
    description: 'The server or Temporal cannot carry it out now. With `Retry-After`, repeat the request.',
    content: { 'application/problem+json': { schema: problemSchema } },
  },
};
