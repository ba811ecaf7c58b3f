import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import pLimit from 'p-limit';
import { z } from 'zod';
import {
  createScopeReader,
  endedForMs,
  endPosition,
  eventsAfter,
  isStartedBy,
  operationIDPattern,
  parseOperationID,
  readCursor,
  temporalFailureOf,
  UnreachableError,
  type AccountRegion,
  type FollowedOperation,
  type Follower,
  type News,
  type Operation,
  type Orchestrator,
  type ScopeReader,
} from '../../client/index.ts';
import { maySee, principalOf, requireNames } from '../access/authorize.ts';
import { hasRoom, openStream } from '../events/event-stream.ts';
import { listedOperation, operationResource } from '../operation-resource.ts';
import { invalid, type RequestError } from '../request-error.ts';
import { problemResponses } from '../schemas/problem.ts';
import { label, noQuery, scopeParams } from '../schemas/requests.ts';
import { createPlaces, maximumStreams } from '../wait-limit.ts';
import { orchestratorOf, scopeOf, type RouteOptions } from './context.ts';
import { operationNotFound } from './read-operation.ts';

/** How long Temporal may take to describe an operation. */
const firstStateMs = 15_000;

/** How many operations that have ended meanwhile are read at once, for all streams together. */
const readsAtOnce = 10;
/** For how long a client may be away without beginning anew: what has ended meanwhile is read for each client. */
const longestAwayMs = 3_600_000;

const tags = ['events'];
const streamed = {
  200: {
    description:
      'A stream of server-sent events. The data of each is `{"events": […]}`: all that is new at one look, in order, each with `operation`, `type` (`stage`, `step` or `ended`) and what belongs to it.',
    content: { 'text/event-stream': { schema: z.string() } },
  },
  ...problemResponses,
};
const lastEventID = z.looseObject({
  'last-event-id': z
    .string()
    .max(15_000)
    .optional()
    .describe('The ID of the last event that the client has received, from any server. The stream goes on after it.'),
});

/** What one client follows. */
interface Following {
  scope: AccountRegion;
  reader: ScopeReader;
  isWanted: (operation: FollowedOperation) => boolean;
  /** What the client is told first. */
  before: News[];
  /** The client comes back too late to go on. */
  isTooOld: boolean;
}

/** `events`: changes of operations as server-sent events. */
export const eventRoutes: FastifyPluginAsyncZod<RouteOptions> = async (app, options) => {
  const { scopes, stopping, longestStreamMs } = options;
  const limit = pLimit(readsAtOnce);
  const takePlace = createPlaces(maximumStreams, 'TooManyStreams', 'streams of this token are open already');

  app.get(
    '/operations/:operation/events',
    {
      config: { role: 'read' },
      schema: {
        tags,
        operationId: 'streamOperationEvents',
        summary: 'Follow the changes of a create or delete',
        description:
          'Begins with all that has happened. Ends with the operation: after that, a client that connects again with the ID of the last event gets 204.',
        params: scopeParams.extend({
          operation: z.string().regex(operationIDPattern, 'must be the ID of an operation, the end of its name'),
        }),
        headers: lastEventID,
        querystring: noQuery,
        response: streamed,
      },
    },
    async (request, reply) => {
      const id = request.params.operation;
      const scope = scopeOf(request);
      const named = parseOperationID(scope, id);
      if (named === undefined) throw operationNotFound(id);
      if (named.kind !== 'create' && named.kind !== 'delete') {
        throw invalid('path', 'operation', 'must be a create or delete; for a batch, use /events?batch=NAME');
      }
      const { workflowID, runID } = named;
      let last = positionOf(request.headers['last-event-id'], runID);
      takePlace(request, reply);
      let state: FollowedOperation | undefined;
      let onState = () => {};
      const unfollow = followerOf(request).operation({ workflowID, runID }, (now) => {
        state = now ?? state;
        onState();
      });
      const { raw } = reply;
      try {
        if (state === undefined) {
          let late: NodeJS.Timeout | undefined;
          await new Promise<void>((resolve, reject) => {
            onState = resolve;
            late = setTimeout(() => reject(new UnreachableError('Temporal has not answered in time')), firstStateMs);
          }).finally(() => clearTimeout(late));
        }
        if (state === undefined || !maySee(request, state)) throw operationNotFound(id);
      } catch (error) {
        unfollow();
        throw error;
      }
      if (last === endPosition || raw.destroyed) {
        unfollow();
        return reply.code(204 as 200).send();
      }

      const tell = () => {
        // The end is told with its outcome.
        if (state === undefined || state.awaitsOutcome || !hasRoom(reply)) return;
        const after = last;
        const events = eventsAfter(state, after);
        const end = events.at(-1);
        if (end === undefined) return;
        last = end.position;
        stream.send(dataOf(scope, [{ operation: state, events, before: after }]), `${runID}.${last}`);
        if (last === endPosition) stream.end();
      };
      const longestMs = longestOf(request, longestStreamMs);
      const stream = openStream(reply, { stopping, longestMs, onRoom: tell, onEnd: unfollow });
      onState = tell;
      tell();
      return reply;
    },
  );

  app.get(
    '/events',
    {
      config: { role: 'read' },
      schema: {
        tags,
        operationId: 'streamEvents',
        summary: 'Follow the changes of all creates and deletes, or of those of a batch',
        description:
          'Begins with all that has happened to the operations that are under way. A token for some names gets the events of those.',
        params: scopeParams,
        querystring: z.strictObject({
          batch: label.optional().describe('Only operations that this batch has started.'),
        }),
        headers: lastEventID,
        response: streamed,
      },
    },
    async (request, reply) => {
      const scope = scopeOf(request);
      const { batch } = request.query;
      const id = request.headers['last-event-id'];
      const cursor = id === undefined || id === '' ? undefined : readCursor(id);
      if (id !== undefined && id !== '' && cursor === undefined) throw invalidID();
      const isTooOld = cursor !== undefined && Date.now() - cursor.atSeconds * 1000 > longestAwayMs;
      const from = isTooOld ? undefined : cursor;
      takePlace(request, reply);
      const isWanted = await filterOf(request, scope, batch);

      const reader = createScopeReader(from);
      let before: News[] = [];
      if (from !== undefined && Date.now() - from.atSeconds * 1000 > endedForMs / 2) {
        // What has ended while the client was away may be in no list of the follower any more.
        const orchestrator = orchestratorOf(options, request);
        const ended = (await options.lists.operations(scope)).filter(
          (listed) => listed.execution !== 'running' && isWanted(listed) && reader.missed(listed),
        );
        const missed = ended.map((listed) =>
          limit(() => (reply.sent || reply.raw.destroyed ? listed : readOrKeep(orchestrator, listed))),
        );
        before = reader.readMissed(await Promise.all(missed));
      }
      follow(request, reply, { scope, reader, isWanted, before, isTooOld });
      return reply;
    },
  );

  /** Clients take turns, so that none waits for all that another one follows. */
  function followerOf(request: FastifyRequest): Follower {
    return scopes.follower.for(principalOf(request).name);
  }

  function follow(
    request: FastifyRequest,
    reply: FastifyReply,
    { scope, reader, isWanted, before, isTooOld }: Following,
  ): void {
    let latest: Parameters<ScopeReader['read']> | undefined;
    let unfollow = () => {};
    let isOver = false;
    let hasTold = false;
    const onEnd = () => {
      isOver = true;
      unfollow();
    };
    const tell = () => {
      if (latest === undefined || !hasRoom(reply)) return;
      const [operations, atMs] = latest;
      const news = reader.read(operations.filter(isWanted), atMs);
      // The first look has an ID even if it has no news: a client without one would miss what happens before it comes back.
      if (news.length > 0 || !hasTold) send(news);
      hasTold = true;
    };
    const send = (news: News[]) => stream.send(dataOf(scope, news), reader.id());
    const longestMs = longestOf(request, longestStreamMs);
    const stream = openStream(reply, { stopping, longestMs, onRoom: tell, onEnd });
    if (isTooOld) stream.comment('the ID of the last event is over an hour old: the stream begins anew');
    if (before.length > 0) send(before);
    unfollow = followerOf(request).scope(scope, (...list) => {
      latest = list;
      tell();
    });
    if (isOver) unfollow();
  }

  async function filterOf(
    request: FastifyRequest & { params: AccountRegion },
    scope: AccountRegion,
    batch: string | undefined,
  ): Promise<(operation: FollowedOperation) => boolean> {
    if (batch === undefined) return (operation) => maySee(request, operation);
    requireNames(request, [batch]);
    const { uploadID } = await scopes.of(scope).batches.status(batch);
    return (operation) => uploadID !== undefined && isStartedBy(operation, uploadID) && maySee(request, operation);
  }
};

/** No stream outlives the token of its client. */
function longestOf(request: FastifyRequest, longestMs: number): number {
  const { expiresAtMs = Number.POSITIVE_INFINITY } = principalOf(request);
  return Math.max(0, Math.min(longestMs, expiresAtMs - Date.now()));
}

/** Reads an operation with its outcome. One that cannot be read, or is gone, has ended as its list says. */
async function readOrKeep(orchestrator: Orchestrator, listed: Operation): Promise<FollowedOperation> {
  try {
    return await orchestrator.operation(listed);
  } catch (error) {
    // The others could not be read either, and the client can try again.
    if (error instanceof UnreachableError || temporalFailureOf(error) !== undefined) throw error;
    return listed;
  }
}

function dataOf(scope: AccountRegion, news: readonly News[]): object {
  return {
    events: news.flatMap(({ operation, events }) => {
      const { name } = listedOperation(scope, operation);
      const { kind, clusterName, clusterID } = operation;
      const about = {
        operation: name,
        kind,
        ...(clusterName !== undefined && { clusterName }),
        ...(clusterID !== undefined && { clusterID }),
      };
      return events.map(({ position: _position, ...event }) => {
        if (event.type !== 'ended') return { ...about, ...event };
        const { error, response } = operationResource(scope, operation);
        return { ...about, type: event.type, ...(error && { error }), ...(response && { response }) };
      });
    }),
  };
}

/** @throws RequestError if the ID is not one of this operation */
function positionOf(id: string | undefined, runID: string): number {
  if (id === undefined || id === '') return 0;
  const [, run, position] = /^([0-9a-f-]{36})\.(\d{1,8})$/.exec(id) ?? [];
  if (run !== runID || Number(position) > endPosition) throw invalidID();
  return Number(position);
}

function invalidID(): RequestError {
  return invalid('headers', 'last-event-id', 'must be the ID of an event of this stream');
}
