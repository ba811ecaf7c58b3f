import type { MetricMeter } from '@temporalio/common';
import { urgencies, type RequestBudget } from './request-budget.ts';

const names = new Map<number, string>(Object.entries(urgencies).map(([name, urgency]) => [urgency, name]));

/** Adds metrics to a budget: how long calls wait for their turn, and the current rate. */
export function withBudgetMetrics(budget: RequestBudget, meter: MetricMeter): RequestBudget {
  const waits = meter.createHistogram(
    'cce_budget_wait_seconds',
    'float',
    's',
    'time that a call of the CCE API waits for its turn',
  );
  const rate = meter.createGauge(
    'cce_budget_rate',
    'float',
    undefined,
    'current limit of calls of the CCE API per second',
  );
  rate.set(budget.ratePerSecond());
  return {
    ...budget,
    async take(urgency, options) {
      const askedAtMs = performance.now();
      try {
        return await budget.take(urgency, options);
      } finally {
        waits.record((performance.now() - askedAtMs) / 1000, { urgency: names.get(urgency) ?? String(urgency) });
        rate.set(budget.ratePerSecond());
      }
    },
  };
}
