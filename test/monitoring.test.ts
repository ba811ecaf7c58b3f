import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { alertExpressions, dashboardExpressions, partsOf } from './monitoring-expressions.ts';

it.each([...alertExpressions(), ...dashboardExpressions()])('$place: $text is PromQL', ({ text }) => {
  const { metrics, errors } = partsOf(text);
  expect(errors).toEqual([]);
  expect(metrics).not.toEqual([]);
  // What is not closed is an error, so that errors are found.
  expect(partsOf(`${text} > (`).errors).not.toEqual([]);
});

it('each alert has a test for promtool', () => {
  const tests = readFileSync(new URL('../examples/monitoring/alerts.test.yaml', import.meta.url), 'utf8');
  const { tests: cases } = parse(tests) as { tests: { promql_expr_test: { exp_samples: { labels: string }[] }[] }[] };
  const samples = cases.flatMap(({ promql_expr_test: each }) => each.flatMap(({ exp_samples: expected }) => expected));
  const fired = samples.map(({ labels }) => /alertname="(\w+)"/.exec(labels)?.[1]);
  expect(new Set(fired)).toEqual(new Set(alertExpressions().map(({ place }) => place)));
});
