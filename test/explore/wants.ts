import { anyOf, oddsOf, type Aim, type Conditions, type Pick } from './conditions.ts';
import { messages, type Message } from './messages.ts';

/** What somebody will ask for, and when: after a time, or when the product does something. */
export interface Want {
  message: Message;
  stage?: string;
  /** How often the stage must have begun before. */
  skip: number;
  /** What the same person asks for soon afterwards. */
  next?: Message;
}

/** What people want in the course of one history. */
export function drawWants(pick: Pick, conditions: Conditions, aim: Aim | undefined): Want[] {
  const wants = Array.from({ length: pick([1, 2, 2, 2, 1]) }, () => drawWant(pick, conditions));
  if (conditions.hasNeighbour) wants.push({ message: 'makeElsewhere', ...drawMoment(pick) });
  const aimed = messages.find((message) => message === aim?.what);
  if (aim === undefined || aimed === undefined) return wants;
  // What has to come before.
  const before = ([undefined, 'cancel', 'delete', 'cancelNatively'] as const)[
    aim.when === 'deleteCluster' ? pick([1, 1, 1, 1]) : 0
  ];
  return [
    { message: aimed, stage: aim.when, skip: pick([3, 1, 1]) },
    ...(before === undefined ? [] : [{ message: before, ...drawMoment(pick) }]),
    ...wants.slice(1),
  ];
}

/** When people ask for something, apart from at any time. */
const stages = ['submitCluster', 'findClusters', 'watchCluster', 'deleteCluster', 'timer', 'nothing'];

function drawWant(pick: Pick, conditions: Conditions): Want {
  const message = messages[pick(messages.map((each) => oddsOf(each, conditions)))]!;
  // Whoever has it taken away often wants it again.
  const isAskedAgain = pick([2, 1]) === 1;
  return { message, ...drawMoment(pick), ...(isAskedAgain && { next: 'create' }) };
}

function drawMoment(pick: Pick): Omit<Want, 'message' | 'next'> {
  if (pick([3, 2]) === 0) return { skip: 0 };
  return { stage: anyOf(pick, stages), skip: pick([3, 1, 1]) };
}
