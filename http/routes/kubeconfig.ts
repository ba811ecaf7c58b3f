import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { requireCluster } from '../access/authorize.ts';
import { note } from '../audit.ts';
import { problemResponses } from '../schemas/problem.ts';
import { clusterParams, noQuery } from '../schemas/requests.ts';
import { orchestratorOf, type RouteOptions } from './context.ts';

const kubeconfigBody = z
  .strictObject({
    type: z
      .enum(['vpc', 'public'])
      .exactOptional()
      .describe('The address of the API server: that inside the VPC, or its public one. Default: vpc.'),
    expireHours: z
      .int()
      .min(1)
      .max(720)
      .exactOptional()
      .describe('After how many whole hours the kubeconfig expires. Default: 8.'),
  })
  .nullish();

const kubeconfigSchema = z
  .object({
    clusterID: z.string(),
    clusterName: z.string(),
    type: z.enum(['vpc', 'public']),
    expireHours: z.int(),
    kubeconfig: z.string().describe('The kubeconfig, as YAML. It is a secret.'),
  })
  .meta({ id: 'Kubeconfig', description: 'A kubeconfig that expires.' });

/** `kubeconfig`: only one that expires. The permanent one is for people who ask for it by name, with `ccectl`. */
export const kubeconfigRoutes: FastifyPluginAsyncZod<RouteOptions> = async (app, options) => {
  app.post(
    '/clusters/:name/kubeconfig',
    {
      config: { role: 'operate', change: 'issue kubeconfig' },
      schema: {
        tags: ['clusters'],
        operationId: 'issueKubeconfig',
        summary: 'Issue a kubeconfig that expires',
        description: 'Each request issues another one. The answer is a secret: whoever has it is an administrator.',
        params: clusterParams,
        querystring: noQuery,
        body: kubeconfigBody,
        response: { 200: kubeconfigSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const orchestrator = orchestratorOf(options, request);
      const { name } = request.params;
      const asked = request.body ?? {};
      note(request, asked);
      await requireCluster(request, orchestrator, name);
      const { clusterID, clusterName, type, expireHours = 0, kubeconfig } = await orchestrator.kubeconfig(name, asked);
      note(request, { clusterID, type, expireHours });
      return reply.header('cache-control', 'no-store').send({ clusterID, clusterName, type, expireHours, kubeconfig });
    },
  );
};
