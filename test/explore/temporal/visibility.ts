import { status, type Run } from './model.ts';

const statusNames: Record<string, number> = {
  Running: status.running,
  Completed: status.completed,
  Failed: status.failed,
  Canceled: status.cancelled,
  Terminated: status.terminated,
  ContinuedAsNew: status.continuedAsNew,
  TimedOut: status.timedOut,
};

/** Whether a query for a list of runs finds a run. Knows as much of the language as the project uses. */
export function matches(run: Run, query: string): boolean {
  const tokens = tokensOf(query);
  if (tokens.length === 0) return true;
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

  function either(): boolean {
    let found = both();
    while (has('OR')) found = both() || found;
    return found;
  }

  function both(): boolean {
    let found = one();
    while (has('AND')) found = one() && found;
    return found;
  }

  function one(): boolean {
    if (has('(')) {
      const found = either();
      take(')');
      return found;
    }
    const value = valueOf(run, take());
    if (has('IN')) {
      take('(');
      let found = false;
      do found = value === literal(take()) || found;
      while (has(','));
      take(')');
      return found;
    }
    if (has('STARTS_WITH')) return String(value).startsWith(String(literal(take())));
    const operator = take();
    const other = literal(take());
    if (operator === '=') return value === other;
    if (operator === '!=') return value !== other;
    if (value === undefined) return false;
    if (operator === '>') return value > other;
    if (operator === '>=') return value >= other;
    return operator === '<' ? value < other : value <= other;
  }
}

let last: { query: string; tokens: string[] } = { query: '', tokens: [] };

/** Each query is held against many runs. */
function tokensOf(query: string): string[] {
  if (last.query !== query) last = { query, tokens: query.match(/'[^']*'|[()]|,|!=|>=|<=|=|>|<|[\w.]+/g) ?? [] };
  return last.tokens;
}

function literal(token: string): string {
  return token.replaceAll("'", '');
}

function valueOf(run: Run, name: string): string | undefined {
  switch (name) {
    case 'WorkflowId':
      return run.workflowID;
    case 'WorkflowType':
      return run.type;
    case 'TaskQueue':
      return run.taskQueue;
    case 'ExecutionStatus':
      return Object.keys(statusNames).find((each) => statusNames[each] === run.status);
    case 'StartTime':
      return new Date(run.startedAtMs).toISOString();
    case 'CloseTime':
      return run.closedAtMs === undefined ? undefined : new Date(run.closedAtMs).toISOString();
    default: {
      const data = run.searchAttributes[name]?.data;
      const value: unknown = data ? JSON.parse(Buffer.from(data).toString()) : undefined;
      return String(Array.isArray(value) ? value[0] : value);
    }
  }
}
