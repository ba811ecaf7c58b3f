import { describe, expect, it } from 'vitest';
import { markerKey } from '../../contract/marker.ts';
import type { CreateRun, Ownership } from '../../contract/reconcile.ts';
import { judgeOwnership } from '../../contract/orphan-decision.ts';

const workflowID = 'cce:default:bj:web';
const description = `[cce-orchestrator ${markerKey(workflowID, 'run-1')} 0123456789abcdef]`;

const running = (firstRunID: string): CreateRun => ({ workflowID, firstRunID, isRunning: true, clusterIDs: [] });
const over = (firstRunID: string, ...clusterIDs: string[]): CreateRun => ({
  workflowID,
  firstRunID,
  isRunning: false,
  clusterIDs,
});

const uncertain = (firstRunID: string, ...clusterIDs: string[]): CreateRun => ({
  ...over(firstRunID, ...clusterIDs),
  isUncertain: true,
});

const rows: [title: string, runs: CreateRun[], ownership: Ownership][] = [
  ['its create is under way', [running('run-1')], 'claimed'],
  ['its create ended with it', [over('run-1', 'cce-1')], 'claimed'],
  ['its create ended with another one: an attempt sent late', [over('run-1', 'cce-2')], 'orphan'],
  ['its create was terminated, or cancelled without a clean-up', [over('run-1')], 'orphan'],
  ['a later create adopted it', [over('run-1'), over('run-2', 'cce-1')], 'claimed'],
  ['a later create may be about to adopt it', [over('run-1'), running('run-2')], 'claimed'],
  ['a later create ended without it', [over('run-1'), over('run-2', 'cce-2')], 'orphan'],
  ['nobody knows how its create ended', [uncertain('run-1')], 'unknown'],
  ['nobody knows how a later create ended', [over('run-1'), uncertain('run-2')], 'unknown'],
  ['nobody knows how an earlier create ended', [over('run-1'), uncertain('run-0')], 'unknown'],
  ['its create ended with it so long ago that it proves little else', [uncertain('run-1', 'cce-1')], 'claimed'],
  ['a later create runs, whatever else is uncertain', [uncertain('run-1'), running('run-2')], 'claimed'],
  ['Temporal knows no create of the name', [], 'unknown'],
  ['Temporal knows later creates of the name only', [over('run-2', 'cce-2')], 'unknown'],
];

describe('a cluster with our marker', () => {
  it.each(rows)('%s', (_, runs, ownership) => {
    expect(judgeOwnership({ clusterID: 'cce-1', description }, runs)).toBe(ownership);
  });
});
