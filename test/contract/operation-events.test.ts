import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endPosition, eventsOf, type OperationEvent } from '../../contract/operation-events.ts';
import type { Step } from '../../client/index.ts';

const names = ['network', 'master', 'nodes', 'addons'];
const updatedAt = '2026-11-28T01:00:00Z';

const stepsOf = (states: readonly (readonly [status: string, attempts: number])[]): Step[] =>
  states.map(([status, retryCount], index) => ({
    name: names[index] ?? 'more',
    index: index + 1,
    total: states.length,
    status,
    retryCount,
  }));

const running = (stage: 'submitting' | 'provisioning' | 'running', steps: Step[] = []) => ({
  kind: 'create' as const,
  execution: 'running',
  currentStep: { stage, steps, updatedAt },
});

const text = (event: OperationEvent) =>
  event.type === 'stage'
    ? event.stage
    : event.type === 'step'
      ? `${event.step.name} ${event.step.retryCount} ${event.step.status}`
      : `ended ${event.execution}`;

describe('the events of an operation', () => {
  it('tell that nodes join, with their counts, between the steps and the running cluster', () => {
    const steps = stepsOf([['done', 1]]);
    const nodes = { wanted: 3, ready: 1, beingMade: 2, failed: 0 };
    const at = (stage: 'verifying' | 'joiningNodes' | 'running') =>
      eventsOf({ kind: 'create', execution: 'running', currentStep: { stage, steps, nodes, updatedAt } });
    expect(at('joiningNodes').at(-1)).toMatchObject({ stage: 'joiningNodes', nodes });
    expect(at('running').slice(-2).map(text)).toEqual(['joiningNodes', 'running']);
    const [verifying, joining, runs] = [at('verifying'), at('joiningNodes'), at('running')].map(
      (events) => events.at(-1)!.position,
    );
    expect(joining).toBeGreaterThan(verifying!);
    expect(runs).toBeGreaterThan(joining!);
  });

  it('tell everything up to now, also what nobody has read meanwhile', () => {
    const steps = stepsOf([
      ['done', 1],
      ['done', 2],
      ['doing', 1],
      ['todo', 0],
    ]);
    expect(eventsOf(running('provisioning', steps)).map(text)).toEqual([
      'validating',
      'submitting',
      'provisioning',
      'network 1 doing',
      'network 1 done',
      'master 1 doing',
      'master 1 failed',
      'master 2 doing',
      'master 2 done',
      'nodes 1 doing',
    ]);
  });

  it('end with the outcome, after which there is nothing', () => {
    const outcome = { outcome: 'running' as const, clusterID: 'cce-1', steps: stepsOf([['done', 1]]) };
    const events = eventsOf({ kind: 'create', execution: 'completed', outcome });
    expect(events.map(text)).toEqual([
      'validating',
      'submitting',
      'provisioning',
      'network 1 doing',
      'network 1 done',
      'running',
      'ended completed',
    ]);
    expect(events.at(-1)).toEqual({ position: endPosition, type: 'ended', execution: 'completed', outcome });
    expect(events.find(({ type }) => type === 'stage')).not.toHaveProperty('clusterID');
    expect(events.at(-2)).toMatchObject({ stage: 'running', clusterID: 'cce-1' });
  });

  it('of a failed create tell the steps of the creation, and a delete its own', () => {
    const failed = { outcome: 'failed' as const, steps: stepsOf([['failed', 1]]) };
    expect(eventsOf({ kind: 'create', execution: 'failed', outcome: failed }).map(text)).toEqual([
      'validating',
      'submitting',
      'provisioning',
      'network 1 doing',
      'network 1 failed',
      'ended failed',
    ]);
    const deleting = { stage: 'deleting' as const, steps: stepsOf([['doing', 1]]), updatedAt };
    expect(eventsOf({ kind: 'delete', execution: 'running', currentStep: deleting }).map(text)).toEqual([
      'deleting',
      'network 1 doing',
    ]);
    expect(eventsOf({ kind: 'create', execution: 'terminated' }).map(text)).toEqual(['ended terminated']);
    expect(eventsOf({ kind: 'create', execution: 'running' })).toEqual([]);
  });

  it('reach every reader once and in order, whenever it reads', () => {
    /** Advances one step of a create at random: the states through which the service shows it. */
    const life = fc.array(fc.tuple(fc.nat(2), fc.boolean()), { minLength: 1, maxLength: 4 }).map((plan) => {
      const states: (readonly (readonly [string, number])[])[] = [];
      const now: [string, number][] = plan.map(() => ['todo', 0]);
      const see = () => states.push(structuredClone(now));
      see();
      for (const [index, [failures, pauses]] of plan.entries()) {
        for (let attempt = 1; attempt <= failures + 1; attempt++) {
          now[index] = ['doing', attempt];
          see();
          if (pauses && attempt === failures + 1) {
            now[index] = ['paused', attempt];
            see();
          }
          now[index] = [attempt <= failures ? 'failed' : 'done', attempt];
          see();
        }
      }
      return states.map((steps) => running('provisioning', stepsOf(steps)));
    });
    fc.assert(
      fc.property(life, fc.infiniteStream(fc.boolean()), (states, reads) => {
        const last = states.at(-1)!;
        const everything = eventsOf(last).filter((event) => event.type !== 'step' || event.step.status !== 'paused');
        const seen: OperationEvent[] = [];
        for (const state of [...states.filter(() => reads.next().value), last]) {
          const after = seen.at(-1)?.position ?? 0;
          seen.push(...eventsOf(state).filter(({ position }) => position > after));
        }
        const positions = seen.map(({ position }) => position);
        expect(positions).toEqual([...new Set(positions)].toSorted((left, right) => left - right));
        // A pause leaves no trace in a later state: only who reads meanwhile sees it.
        const certain = seen.filter((event) => event.type !== 'step' || event.step.status !== 'paused');
        expect(certain.map(text)).toEqual(everything.map(text));
      }),
      { numRuns: 300, seed: 20_261_128 },
    );
  });
});
