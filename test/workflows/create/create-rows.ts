import { expect, it } from 'vitest';
import { specDigest } from '../../../contract/marker.ts';
import type { CloudScript } from '../cloud-script.ts';
import { createCluster, request } from '../time-skipping.ts';

/** One create: its script, its outcome, and what it leaves in the cloud. */
export interface CreateRow {
  what: string;
  script?: CloudScript;
  input?: Parameters<typeof createCluster>[1];
  /** A part of the outcome. */
  outcome: object;
  left: string[];
  /** The number of create calls that arrive. */
  posts: number;
  /** The number of delete calls that arrive. */
  deletes: number;
}

export function itEnds(execution: 'completed' | 'failed', rows: CreateRow[]): void {
  for (const { what, script, input, outcome, left, posts, deletes } of rows) {
    it(what, async () => {
      const ended = await createCluster(script, input);
      expect(ended.execution).toBe(execution);
      // Lists need not be told what the execution tells: that the create failed, or that its cluster runs.
      const isTold = ended.outcome.outcome === 'failed' || ended.outcome.outcome === 'running';
      expect(ended.listedAs).toBe(isTold ? undefined : ended.outcome.outcome);
      expect(ended.outcome).toMatchObject(outcome);
      expect(ended.cloud.left()).toEqual(left);
      expect(ended.cloud.posts()).toBe(posts);
      expect(ended.cloud.deletes).toHaveLength(deletes);
    });
  }
}

/** Clusters that already have the name, by their descriptions. */
export const foreign = { description: 'made by hand' };
export const sameSpec = { description: `[cce-orchestrator fedcba9876543210 ${specDigest(request)}]` };
export const otherSpec = { description: '[cce-orchestrator fedcba9876543210 0000000000000000]' };
