import type { Client } from '@temporalio/client';
import { createOrchestrator, type OperationReference } from '../../client/index.ts';
import { createWorkflowID, type AccountRegion } from '../../contract/identity.ts';
import { readExample } from '../examples.ts';
import { stages } from './stage.ts';
import { extensionSeconds } from './extension.ts';
import type { Service } from './service.ts';
import { workers, type World } from './world.ts';

/** What people ask for. The first is the harmless one. */
export const messages = [
  'create',
  'createOther',
  'cancel',
  'cancelAndKeep',
  'cancelNatively',
  'delete',
  'deleteByID',
  'extend',
  'terminate',
  'deleteInConsole',
  'makeInConsole',
  'makeElsewhere',
  'hide',
  'loseWorkers',
  'replaceWorkers',
] as const;

export type Message = (typeof messages)[number];

/** All pairs of a message and what the product does when it comes. */
export const messagePairs = messages.flatMap((message) => stages.map((stage) => `${message} × ${stage}`));

/** What somebody has asked for, and the answer. */
export interface Asked {
  atMs: number;
  message: Message;
  /** What the product was doing. */
  stage: string;
  /** `asked` until it is answered; then `accepted` or the name of the error. */
  answer: string;
  /** The run that the answer is about. */
  run?: OperationReference;
  /** The cluster that it is about, where the message names one. */
  clusterID?: string;
}

/** How creates are asked for in one run. */
export interface CreateWishes {
  ttlSeconds?: number;
  onFailure?: 'keep';
  timeoutSeconds: number;
}

interface Surroundings {
  client: Client;
  scope: AccountRegion;
  clusterName: string;
  wishes: CreateWishes;
  service: Service;
  world: World;
  nowMs: () => number;
}

/** People who use the real client, and the vendor's console. */
export function createPeople({ client, scope, clusterName, wishes, service, world, nowMs }: Surroundings) {
  const orchestrator = createOrchestrator({ client, ...scope });
  const asked: Asked[] = [];
  const waiting = new Set<Promise<void>>();

  /** What people address who use Temporal's own tools. */
  const createHandle = () => client.workflow.getHandle(createWorkflowID(scope, clusterName));

  function newestCluster(): string | undefined {
    return [...service.clusters.keys()].at(-1);
  }

  async function send(message: Message, entry: Asked): Promise<OperationReference | undefined> {
    const request = readExample('custom', clusterName);
    switch (message) {
      case 'create':
        return orchestrator.create(request, wishes);
      case 'createOther':
        return orchestrator.create({ ...request, cluster: { ...request.cluster, description: 'another one' } }, wishes);
      case 'cancel':
        return orchestrator.cancel(clusterName);
      case 'cancelAndKeep':
        return orchestrator.cancel(clusterName, { cleanup: 'keep' });
      case 'cancelNatively':
        await createHandle().cancel();
        return undefined;
      case 'delete':
        return orchestrator.delete(clusterName);
      case 'deleteByID': {
        const clusterID = newestCluster();
        if (clusterID === undefined) return undefined;
        entry.clusterID = clusterID;
        return orchestrator.delete(clusterID);
      }
      case 'extend':
        return orchestrator.extendLease(clusterName, extensionSeconds);
      case 'terminate':
        await createHandle().terminate('by hand');
        return undefined;
      case 'deleteInConsole':
      case 'hide': {
        const clusterID = newestCluster();
        if (clusterID === undefined) return undefined;
        entry.clusterID = clusterID;
        if (message === 'hide') service.hide(clusterID, 60_000);
        else service.deleteInConsole(clusterID);
        return undefined;
      }
      case 'makeInConsole':
        service.makeInConsole(clusterName);
        return undefined;
      case 'makeElsewhere':
        service.makeElsewhere(clusterName);
        return undefined;
      case 'loseWorkers':
      case 'replaceWorkers':
        for (let worker = 0; worker < workers; worker++) {
          if (message === 'loseWorkers') world.loseWorker(worker);
          else world.replaceWorker(worker);
        }
        return undefined;
    }
  }

  return {
    orchestrator,
    asked,
    /** Whether somebody waits for an answer. */
    isWaiting: () => waiting.size > 0,
    /** Sends a message; the answer may depend on what happens afterwards. */
    ask(message: Message, stage: string): void {
      const entry: Asked = { atMs: nowMs(), message, stage, answer: 'asked' };
      asked.push(entry);
      const answered = send(message, entry).then(
        (run) => {
          entry.answer = 'accepted';
          if (run !== undefined) entry.run = { workflowID: run.workflowID, runID: run.runID };
        },
        (error: unknown) => {
          entry.answer = error instanceof Error && error.name !== 'Error' ? error.name : String(error);
        },
      );
      waiting.add(answered);
      void answered.finally(() => waiting.delete(answered));
    },
  };
}
