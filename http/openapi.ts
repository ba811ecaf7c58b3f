import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import packageJson from '../package.json' with { type: 'json' };
import { requestJSONSchema } from '../client/index.ts';

/** Serves `/openapi.json`, which OpenAPI 3.1 makes of the schemas that the routes validate by. */
export async function addOpenAPI(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'cce-orchestrator',
        version: packageJson.version,
        description:
          'Creates and deletes Baidu CCE clusters durably. Every change answers with a long-running operation.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      security: [{ token: [] }],
      tags: [
        { name: 'clusters', description: 'Create, see, extend, cancel and delete clusters.' },
        { name: 'operations', description: 'Follow creates, deletes and batches.' },
        { name: 'validation', description: 'Check specs without any effect.' },
      ],
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
    transform: jsonSchemaTransform,
    transformObject(document) {
      const described = jsonSchemaTransformObject(document);
      if ('components' in described)
        Object.assign(described.components?.schemas ?? {}, { CreateClusterRequest: requestJSONSchema() });
      return described;
    },
  });
  let text: string | undefined;
  app.get('/openapi.json', { schema: { hide: true } }, (_, reply) =>
    reply.type('application/json').send((text ??= JSON.stringify(app.swagger()))),
  );
}
