import type { CceClient } from '../../cce/client.ts';
import type { CreateClusterRequest } from '../../cce/create-cluster.ts';
import { machineTypeProblems, machineTypesOf } from '../../cce/online/machine-types.ts';
import { quotaProblem, roomIn } from '../../cce/online/quota.ts';
import { nodesOf, rangeQuestionOf } from '../../cce/online/ranges.ts';
import type { Problem } from '../../cce/validate.ts';
import { notChecked, type OnlineCheck } from '../../contract/online-check.ts';
import { withTimeLimit } from '../api/with-time-limit.ts';
import { asker, type Ask } from './ask.ts';
import { checkRanges } from './check-ranges.ts';

/** One create to check. */
export interface CreateToCheck {
  request: CreateClusterRequest;
  /** The index of the item of a batch. */
  index?: number;
}

export interface CheckOptions {
  /** Of the activity. */
  signal: AbortSignal;
  /** The time for all questions together, in milliseconds; what is not answered by then was not checked. */
  limitMs: number;
  /** As for {@link checkRanges}. @default false */
  mayShareRanges?: boolean;
  /** How many clusters are going, and still count as used. @default 0 */
  leaving?: number;
}

/** A check of several creates; `room` is how many more clusters the account may have, if the service tells. */
export type CreatesCheck = OnlineCheck & { room?: number };

/** Different ranges cost a call each: more of them in one batch are not checked. */
const rangesChecked = 20;

/**
 * Asks the service whether creates can work: the quota of clusters for all of them together, the ranges and the machine types,
 * each different one once. What the service does not tell is a warning and no more. Changes nothing.
 */
export async function checkCreates(
  cce: CceClient,
  creates: readonly CreateToCheck[],
  { signal, limitMs, mayShareRanges = false, leaving = 0 }: CheckOptions,
): Promise<CreatesCheck> {
  const notes: Problem[] = [];
  if (creates.length === 0) return { errors: [], warnings: [] };
  return withTimeLimit(signal, limitMs, async (limited) => {
    const ask = asker(limited, notes);
    const told = await ask('how many clusters the account may have', (each) => cce.getClusterQuota({ signal: each }));
    const quota = told && { ...told, used: Math.max(0, told.used - leaving) };
    const tooMany = quota && quotaProblem(quota, creates.length);
    const parts = [
      await checkMachineTypes(cce, creates, ask),
      await checkAllRanges(cce, creates, ask, mayShareRanges),
      await checkNodeQuota(cce, creates, ask),
    ];
    signal.throwIfAborted();
    return {
      errors: [...(tooMany === undefined ? [] : [tooMany]), ...parts.flatMap(({ errors }) => errors)],
      warnings: [...parts.flatMap(({ warnings }) => warnings), ...notes],
      ...(quota !== undefined && { room: roomIn(quota) }),
    };
  });
}

async function checkMachineTypes(cce: CceClient, creates: readonly CreateToCheck[], ask: Ask): Promise<OnlineCheck> {
  const names = [...new Set(creates.flatMap(({ request }) => machineTypesOf(request).map(({ name }) => name)))];
  if (names.length === 0) return { errors: [], warnings: [] };
  const answer = await ask('which machine types it supports', (signal) => cce.listMachineSpecs(names, { signal }));
  return eachOnce(creates, ({ request }) => machineTypeProblems(request, answer?.machineSpecList ?? []));
}

async function checkAllRanges(
  cce: CceClient,
  creates: readonly CreateToCheck[],
  ask: Ask,
  mayShareRanges: boolean,
): Promise<OnlineCheck> {
  const byQuestion = new Map<string, CreateToCheck>();
  for (const create of creates) {
    const question = JSON.stringify(rangeQuestionOf(create.request));
    if (question !== undefined && !byQuestion.has(question)) byQuestion.set(question, create);
  }
  const found: OnlineCheck = { errors: [], warnings: [] };
  for (const create of [...byQuestion.values()].slice(0, rangesChecked)) {
    const { errors, warnings } = await checkRanges(cce, create.request, ask, mayShareRanges);
    found.errors.push(...errors.map((problem) => at(create, problem)));
    found.warnings.push(...warnings.map((problem) => at(create, problem)));
  }
  if (byQuestion.size > rangesChecked) {
    const message = `Only the first ${rangesChecked} of ${byQuestion.size} different ranges were checked.`;
    found.warnings.push(notChecked(message, 'The service checks each with its create.'));
  }
  return found;
}

/** The quota of nodes is one of a cluster: that of any cluster of the account tells what a new one has, or so we assume. */
async function checkNodeQuota(cce: CceClient, creates: readonly CreateToCheck[], ask: Ask): Promise<OnlineCheck> {
  const largest = creates.toSorted((one, other) => nodesOf(other.request) - nodesOf(one.request))[0];
  const nodes = largest === undefined ? 0 : nodesOf(largest.request);
  if (largest === undefined || nodes === 0) return { errors: [], warnings: [] };
  const list = await ask('how many nodes a cluster may have', (signal) =>
    cce.listClusters({ pageNo: 1, pageSize: 1 }, { signal }),
  );
  const clusterID = list?.clusterPage.clusterList[0]?.spec.clusterID;
  if (clusterID === undefined) return { errors: [], warnings: [] };
  const quota = await ask('how many nodes a cluster may have', (signal) => cce.getNodeQuota(clusterID, { signal }));
  if (quota === undefined || quota.quota < 0 || nodes <= quota.quota) return { errors: [], warnings: [] };
  const warning = {
    path: 'nodes',
    rule: 'node-quota',
    message: `The request asks for ${nodes} nodes, and ${clusterID}, another cluster of the account, may have ${quota.quota}.`,
    advice: 'Ask the vendor for a larger quota of nodes, or ask for fewer.',
  };
  return { errors: [], warnings: [at(largest, warning)] };
}

/** The problems of all creates; those that several share are named for the first of them. */
function eachOnce(creates: readonly CreateToCheck[], check: (create: CreateToCheck) => OnlineCheck): OnlineCheck {
  const errors = new Map<string, Problem>();
  const warnings = new Map<string, Problem>();
  for (const create of creates) {
    const found = check(create);
    for (const [all, problems] of [
      [errors, found.errors],
      [warnings, found.warnings],
    ] as const) {
      for (const problem of problems) {
        const key = JSON.stringify(problem);
        if (!all.has(key)) all.set(key, at(create, problem));
      }
    }
  }
  return { errors: [...errors.values()], warnings: [...warnings.values()] };
}

function at({ index }: CreateToCheck, problem: Problem): Problem {
  return index === undefined ? problem : { ...problem, path: `items[${index}].${problem.path}` };
}
