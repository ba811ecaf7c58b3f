import { anyOf, oddsOf, type Aim, type Conditions, type Pick } from './conditions.ts';
import { messages, type Message } from './messages.ts';

/** What somebody will ask for, and when: after a time, or when the product does something. */
export interface Want {
  message: Message;
  stage?: string;
  /** How often the stage must have begun before. */
  skip: number;
  /** Whether it comes as soon as the stage begins: the stage may end at once. */
  isSoon?: boolean;
  /** What the same person asks for soon afterwards. */
  next?: Message;
}

/** What people want in the course of one history. */
export function drawWants(pick: Pick, conditions: Conditions, aim: Aim | undefined): Want[] {
  const wants = Array.from({ length: pick([1, 2, 2, 2, 1]) }, () => drawWant(pick, conditions));
  if (conditions.hasNeighbour) wants.push({ message: 'makeElsewhere', ...drawMoment(pick) });
  const aimed = messages.find((message) => message === aim?.what);
  if (aim === undefined || aimed === undefined) return wants;
  const leading = leadingTo[aim.when];
  const isRare = rareStages.includes(aim.when);
  return [
    // First: what is asked for when nothing goes on any more must not be the aimed message.
    ...(leading === undefined ? [] : [{ message: anyOf(pick, leading), ...momentOfLeading(pick, aim.when) }]),
    { message: aimed, stage: aim.when, isSoon: isRare, skip: isRare ? 0 : pick([3, 1, 1]) },
    // Whatever else people ask for may end the lease before the first look at its cluster.
    ...(aim.when === 'lookAtCluster' ? [] : wants.slice(1)),
  ];
}

/** What a history shows once, if at all. */
const rareStages = ['sweep', 'lookAtCluster', 'batch', 'deleteCluster'];

function momentOfLeading(pick: Pick, stage: string): Omit<Want, 'message' | 'next'> {
  // While a create goes on, that is what is seen, and not the sweep.
  const isQuiet = stage === 'lookAtCluster' || (stage === 'sweep' && pick([1, 3]) === 1);
  return isQuiet ? { stage: 'nothing', skip: 0 } : drawMoment(pick);
}

/** What people may ask for so that the product does something. */
const leadingTo: Partial<Record<string, readonly Message[]>> = {
  deleteCluster: ['delete', 'cancel', 'cancelNatively', 'teardown'],
  sweep: ['reconcile', 'teardown'],
  findClusters: ['delete', 'cancel'],
  // Again, if the first create came to no lease.
  lookAtCluster: ['create'],
};

/** When people ask for something, apart from at any time. */
const stages = ['submitCluster', 'findClusters', 'watchCluster', 'deleteCluster', 'timer', 'nothing'];

function drawWant(pick: Pick, conditions: Conditions): Want {
  const message = messages[pick(messages.map((each) => oddsOf(each, conditions)))]!;
  const isTakenAway = /^(delete|teardown)/.test(message);
  // Whoever has it taken away often does so when it runs, and wants it again.
  const moment = isTakenAway && pick([1, 1]) === 1 ? { stage: 'nothing', skip: 0 } : drawMoment(pick);
  const isAskedAgain = pick([2, isTakenAway ? 8 : 1]) === 1;
  return { message, ...moment, ...(isAskedAgain && { next: 'create' }) };
}

function drawMoment(pick: Pick): Omit<Want, 'message' | 'next'> {
  if (pick([3, 2]) === 0) return { skip: 0 };
  return { stage: anyOf(pick, stages), skip: pick([3, 1, 1]) };
}
