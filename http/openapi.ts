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
        { name: 'events', description: 'Follow changes as server-sent events.' },
        { name: 'batches', description: 'Run many creates and deletes as one batch.' },
        { name: 'teardowns', description: 'Delete the clusters that a filter matches.' },
        { name: 'reconcile', description: 'Find clusters with our marker that no create claims.' },
        { name: 'schedules', description: 'Repeat teardowns and searches for orphans.' },
        { name: 'approvals', description: 'Decide about deletions that a second principal has to approve.' },
        { name: 'webhooks', description: 'Register receivers of events, and see what they did not accept.' },
        { name: 'validation', description: 'Check specs without any effect.' },
      ],
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
    transform: (given) => {
      const { schema, url } = jsonSchemaTransform(given);
      const { role } = given.route.config ?? {};
      return { schema: { ...schema, ...(role !== undefined && { 'x-role': role }) }, url };
    },
    transformObject: (document) => tidied(jsonSchemaTransformObject(document)),
  });
  let text: string | undefined;
  app.get('/openapi.json', { schema: { hide: true } }, (_, reply) =>
    reply.type('application/json').send((text ??= JSON.stringify(app.swagger()))),
  );
}

/**
 * The provider makes two components of each schema, one for requests and one for answers. Leaves out those that nothing refers
 * to, and gives schemas of requests their plain names. The body of a create gets the schema that the worker sends it by.
 */
function tidied<Document extends object>(document: Document): Document {
  const { components = {}, ...rest } = document as { components?: { schemas?: Record<string, object> } };
  const schemas = { ...components.schemas };
  schemas['CreateClusterRequestInput'] = requestJSONSchema();
  const used = new Map<string, object>();
  const referred = (part: object) =>
    Array.from(JSON.stringify(part).matchAll(/"#\/components\/schemas\/(\w+)"/g), ([, name = '']) => name);
  for (const left = referred(rest); left.length > 0;) {
    const name = left.pop() ?? '';
    const schema = schemas[name];
    if (schema === undefined || used.has(name)) continue;
    used.set(name, schema);
    left.push(...referred(schema));
  }
  let text = JSON.stringify({ ...rest, components: { ...components, schemas: Object.fromEntries(used) } });
  for (const name of used.keys()) {
    const plain = name.replace(/Input$/, '');
    if (!used.has(plain)) text = text.replaceAll(`/${name}"`, `/${plain}"`).replaceAll(`"${name}":`, `"${plain}":`);
  }
  return JSON.parse(text) as Document;
}
