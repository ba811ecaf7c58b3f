import { status, type Run } from './model.ts';

const statusNames: Record<number, string> = {
  [status.running]: 'Running',
  [status.completed]: 'Completed',
  [status.failed]: 'Failed',
  [status.cancelled]: 'Canceled',
  [status.terminated]: 'Terminated',
  [status.continuedAsNew]: 'ContinuedAsNew',
  [status.timedOut]: 'TimedOut',
};

type Condition = (run: Run) => boolean;

/** The runs that a query for a list of runs finds. Knows as much of the language as the project uses. */
export function findRuns(runs: readonly Run[], query: string): Run[] {
  return runs.filter(conditionOf(query));
}

function conditionOf(query: string): Condition {
  const tokens = query.match(/'[^']*'|[()]|,|!=|>=|<=|=|>|<|[\w.]+/g) ?? [];
  if (tokens.length === 0) return () => true;
  let position = 0;
  const result = either();
  if (position < tokens.length) throw new Error(`the model of visibility does not understand ${query}`);
  return result;

  function take(expected?: string): string {
    const token = tokens[position++] ?? '';
    if (expected !== undefined && token.toUpperCase() !== expected) {
      throw new Error(`the model of visibility expects ${expected} instead of ${token} in ${query}`);
    }
    return token;
  }

  function has(word: string): boolean {
    if (tokens[position]?.toUpperCase() !== word) return false;
    position++;
    return true;
  }

  function either(): Condition {
    const left = both();
    if (!has('OR')) return left;
    const right = either();
    return (run) => left(run) || right(run);
  }

  function both(): Condition {
    const left = one();
    if (!has('AND')) return left;
    const right = both();
    return (run) => left(run) && right(run);
  }

  function one(): Condition {
    if (has('(')) {
      const inner = either();
      take(')');
      return inner;
    }
    const name = take();
    const valueOf = attribute(name);
    const literal = () => (name.endsWith('Time') ? Date.parse(textOf(take())) : textOf(take()));
    if (has('IN')) {
      take('(');
      const wanted: unknown[] = [];
      do wanted.push(literal());
      while (has(','));
      take(')');
      return (run) => wanted.includes(valueOf(run));
    }
    if (has('STARTS_WITH')) {
      const start = textOf(take());
      return (run) => String(valueOf(run)).startsWith(start);
    }
    return comparison(valueOf, take(), literal());
  }
}

type Value = string | number | undefined;

function comparison(valueOf: (run: Run) => Value, operator: string, other: string | number): Condition {
  const known = (isTrue: (value: string | number) => boolean) => (run: Run) => {
    const value = valueOf(run);
    return value !== undefined && isTrue(value);
  };
  switch (operator) {
    case '=':
      return (run) => valueOf(run) === other;
    case '!=':
      return (run) => valueOf(run) !== other;
    case '>':
      return known((value) => value > other);
    case '>=':
      return known((value) => value >= other);
    case '<':
      return known((value) => value < other);
    case '<=':
      return known((value) => value <= other);
    default:
      throw new Error(`the model of visibility does not know ${operator}`);
  }
}

function textOf(token: string): string {
  return token.replaceAll("'", '');
}

function attribute(name: string): (run: Run) => Value {
  switch (name) {
    case 'WorkflowId':
      return (run) => run.workflowID;
    case 'WorkflowType':
      return (run) => run.type;
    case 'TaskQueue':
      return (run) => run.taskQueue;
    case 'ExecutionStatus':
      return (run) => statusNames[run.status];
    case 'StartTime':
      return (run) => Math.floor(run.startedAtMs);
    case 'CloseTime':
      return (run) => (run.closedAtMs === undefined ? undefined : Math.floor(run.closedAtMs));
    default:
      return ({ searchAttributes }) => {
        const data = searchAttributes[name]?.data;
        const value: unknown = data ? JSON.parse(Buffer.from(data).toString()) : undefined;
        return String(Array.isArray(value) ? value[0] : value);
      };
  }
}
