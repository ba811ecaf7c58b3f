import { expect, it } from 'vitest';
import type { CreateClusterInput } from '../../../contract/create.ts';
import { specDigest } from '../../../contract/marker.ts';
import type { CloudScript } from '../cloud-script.ts';
import { createCluster, request } from '../time-skipping.ts';

/** One create: how it goes, what is told of it, and what it leaves in the cloud. */
export interface CreateRow {
  what: string;
  script?: CloudScript;
  input?: Partial<CreateClusterInput>;
  /** Part of the outcome. */
  outcome: object;
  left: string[];
  /** How many create calls arrive. */
  posts: number;
  /** How many delete calls arrive. */
  deletes: number;
}

export function itEnds(execution: 'completed' | 'failed', rows: CreateRow[]): void {
  for (const { what, script, input, outcome, left, posts, deletes } of rows) {
    it(what, async () => {
      const ended = await createCluster(script, input);
      expect(ended.execution).toBe(execution);
      expect(ended.outcome).toMatchObject(outcome);
      expect(ended.cloud.left()).toEqual(left);
      expect(ended.cloud.posts()).toBe(posts);
      expect(ended.cloud.deletes).toHaveLength(deletes);
    });
  }
}

/** Descriptions of clusters that have the name already. */
export const foreign = { description: 'made by hand' };
export const sameSpec = { description: `[cce-orchestrator fedcba9876543210 ${specDigest(request)}]` };
export const otherSpec = { description: '[cce-orchestrator fedcba9876543210 0000000000000000]' };
