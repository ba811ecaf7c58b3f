import { createLogUpdate } from 'log-update';
import { styled } from '../cli/colors.ts';
import { canRedraw } from '../cli/follow.ts';
import { outcomeLines, progressLine, statusText } from '../cli/output.ts';
import type { OperationStatus } from '../client/index.ts';

/** Shows several operations at once: redrawn in place on a terminal, as plain lines elsewhere. */
export interface Board {
  show: (status: OperationStatus) => void;
  /** Prints a line that stays. */
  note: (text: string) => void;
  /** Stops redrawing and leaves the last state on the screen. */
  end: () => void;
}

export function createBoard(stream: NodeJS.WriteStream = process.stdout): Board {
  const statuses = new Map<string, OperationStatus>();
  const printed = new Map<string, string>();
  const live = canRedraw(stream) ? createLogUpdate(stream) : undefined;

  function draw(): void {
    live?.([...statuses.values()].map(statusText).join('\n'));
  }

  return {
    show(status) {
      statuses.set(status.workflowID, status);
      if (live !== undefined) return draw();
      const text = status.outcome === undefined ? progressLine(status) : endLines(status).join('\n');
      // A look that shows nothing new.
      if (printed.get(status.workflowID) === text) return;
      printed.set(status.workflowID, text);
      stream.write(`${text}\n`);
    },
    note(text) {
      const line = styled('bold', `» ${text}`);
      if (live === undefined) stream.write(`${line}\n`);
      else live.persist(line);
      draw();
    },
    end: () => live?.done(),
  };
}

function endLines(status: OperationStatus): string[] {
  const { kind, clusterName, clusterID, outcome } = status;
  if (outcome === undefined) return [];
  return [`${kind} ${clusterName ?? clusterID ?? ''}: ${outcome.outcome}`, ...outcomeLines(outcome)];
}
