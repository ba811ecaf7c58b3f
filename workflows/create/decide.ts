import { patched } from '@temporalio/workflow';
import { decideCreate, type CreateDecision, type CreateSituation, type SettledDecision } from './create-decision.ts';

/** {@link decideCreate}, as runs of before decided where they chose another one of several clusters. */
export function decide(situation: CreateSituation & { settling: false }): SettledDecision;
export function decide(situation: CreateSituation): CreateDecision;
export function decide(situation: CreateSituation): CreateDecision {
  const decision = decideCreate(situation);
  const before = decideCreate({ ...situation, byAgeAlone: true });
  const isSame = decision.action !== 'adopt' || before.action !== 'adopt' || decision.clusterID === before.clusterID;
  return isSame || patched('keep-what-runs') ? decision : before;
}
