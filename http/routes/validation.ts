import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { validateCreateRequest } from '../../client/index.ts';
import { validationSchema } from '../schemas/operation.ts';
import { problemResponses } from '../schemas/problem.ts';
import { scopeParams } from '../schemas/requests.ts';
import { createBodySchema, disabledRules } from '../schemas/spec.ts';
import type { RouteOptions } from './context.ts';

/** `validate`: checks a spec by the rules alone. It asks neither Temporal nor CCE. */
export const validationRoutes: FastifyPluginAsyncZod<RouteOptions> = async (app) => {
  app.post(
    '/validate',
    {
      config: { role: 'read' },
      schema: {
        tags: ['validation'],
        operationId: 'validateSpec',
        summary: 'Find all problems of a spec',
        description: 'Answers 200 whether or not the spec is valid.',
        params: scopeParams,
        querystring: z.strictObject({ disabledRule: disabledRules }),
        body: createBodySchema,
        response: { 200: validationSchema, ...problemResponses },
      },
    },
    async ({ body, query }) => {
      const { errors, warnings } = validateCreateRequest(body, { disabledRules: query.disabledRule });
      return { valid: errors.length === 0, errors, warnings };
    },
  );
};
