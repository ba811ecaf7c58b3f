import pLimit, { type LimitFunction } from 'p-limit';
import type { ReportedStep } from '../../contract/current-step.ts';
import type { OperationReference } from '../executions/operation.ts';

/** `unanswered`: no worker answered within seconds. `postponed`: not asked, since no worker seems to answer. */
export type Answer = ReportedStep | 'unanswered' | 'postponed';

/** The operations of one account and region, which the same workers answer for. */
interface Line {
  limit: LimitFunction;
  /** Nobody answers, as far as operations tell that answered their last question, or have not been asked before. */
  isSilent: boolean;
  /** Questions under way to such operations while nobody answers. */
  trials: number;
  /** Questions under way to operations that did not answer their last one. */
  repeats: number;
}

const questionsAtOnce = 10;
/** An unanswered question takes 5 s. */
const doubtfulAtOnce = 2;

/**
 * Creates a function that asks operations for their current steps. An account without a worker, or an operation whose
 * workflow cannot run, holds up the questions of no others.
 */
export function createQuestions(currentStep: (reference: OperationReference) => Promise<ReportedStep | undefined>) {
  const lines = new Map<string, Line>();

  function lineOf({ workflowID }: OperationReference): Line {
    const scope = workflowID.split(':', 3).join(':');
    const line = lines.get(scope) ?? { limit: pLimit(questionsAtOnce), isSilent: false, trials: 0, repeats: 0 };
    lines.set(scope, line);
    return line;
  }

  async function send(line: Line, reference: OperationReference, wasUnanswered: boolean): Promise<Answer> {
    const step = await currentStep(reference);
    // One that cannot run says nothing of the others.
    if (step !== undefined || !wasUnanswered) line.isSilent = step === undefined;
    return step ?? 'unanswered';
  }

  /** @param wasUnanswered Whether the last question to the operation stayed unanswered. */
  return async function ask(reference: OperationReference, wasUnanswered: boolean): Promise<Answer> {
    const line = lineOf(reference);
    if (!wasUnanswered && !line.isSilent) {
      // It may wait for its turn while others find out that nobody answers.
      const answer = await line.limit(() => (line.isSilent ? undefined : send(line, reference, false)));
      if (answer !== undefined) return answer;
    }
    const places = wasUnanswered ? 'repeats' : 'trials';
    if (line[places] >= doubtfulAtOnce) return 'postponed';
    line[places]++;
    return send(line, reference, wasUnanswered).finally(() => line[places]--);
  };
}
