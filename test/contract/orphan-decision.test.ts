import { describe, expect, it } from 'vitest';
import { markerKey } from '../../contract/marker.ts';
import type { CreateRun, Ownership } from '../../contract/reconcile.ts';
import { isClaimedByOthers, judgeOwnership } from '../../contract/orphan-decision.ts';

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
  ['its create saw it vanish', [{ ...over('run-1'), vanishedClusterID: 'cce-1' }], 'unknown'],
  [
    'a create of the name saw another one vanish',
    [over('run-1'), { ...over('run-2'), vanishedClusterID: 'cce-2' }],
    'orphan',
  ],
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

describe('the cluster of a create that is rolled back', () => {
  /** From 1000 to 2000 for the create that made the cluster. */
  const lasted = (run: CreateRun, startedAtMs: number | undefined, closedAtMs: number): CreateRun => ({
    ...run,
    ...(startedAtMs !== undefined && { startedAtMs }),
    closedAtMs,
  });
  const own = lasted(over('run-1', 'cce-1'), 1000, 2000);
  const isClaimed = (...runs: CreateRun[]) => isClaimedByOthers({ clusterID: 'cce-1', description }, runs);

  it.each<[what: string, other: CreateRun]>([
    ['a create of the name ended before it began, nobody knows how', lasted(uncertain('run-0'), 500, 1000)],
    ['a run that continued another one ended before it began', lasted(uncertain('run-0'), undefined, 900)],
    ['it has gone on in another run', lasted(over('run-1', 'cce-1'), undefined, 3000)],
    ['a later create ended without it', lasted(over('run-2', 'cce-2'), 2500, 3000)],
  ])('is not claimed by others if %s', (_, other) => {
    expect(isClaimed(other, own)).toBe(false);
  });

  it.each<[what: string, runs: CreateRun[]]>([
    ['nobody knows how a later create ended', [own, lasted(uncertain('run-2'), 2500, 3000)]],
    ['a create that began before it was reset, and adopted it', [own, lasted(over('run-0', 'cce-1'), 500, 3000)]],
    // A reset keeps the first run ID: this one may have begun long after somebody else adopted the cluster.
    [
      'its first run is forgotten, so that nobody knows when it began',
      [lasted(over('run-1', 'cce-1'), undefined, 4000), lasted(uncertain('run-2'), 2500, 3000)],
    ],
    ['nothing tells when they ended: an older worker answered', [over('run-1', 'cce-1'), uncertain('run-0')]],
  ])('may be claimed by others if %s', (_, runs) => {
    expect(isClaimed(...runs)).toBe(true);
  });
});
