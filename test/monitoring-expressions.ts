import { readFileSync } from 'node:fs';
import { parser } from '@prometheus-io/lezer-promql';
import { parse } from 'yaml';

const folder = new URL('../examples/monitoring/', import.meta.url);

interface Alerts {
  groups: { rules: { alert: string; expr: string }[] }[];
}

interface Dashboard {
  panels: { title: string; targets?: { expr: string }[] }[];
}

/** One expression of PromQL, and the alert or the panel that it stands in. */
export interface Expression {
  place: string;
  text: string;
}

export function alertExpressions(): Expression[] {
  const { groups } = parse(readFileSync(new URL('alerts.yaml', folder), 'utf8')) as Alerts;
  return groups.flatMap(({ rules }) => rules.map(({ alert, expr }) => ({ place: alert, text: expr })));
}

/** As Prometheus gets them: Grafana puts in the durations that it has names for. */
export function dashboardExpressions(): Expression[] {
  const { panels } = JSON.parse(readFileSync(new URL('dashboard.json', folder), 'utf8')) as Dashboard;
  return panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({ place: title, text: expr.replaceAll(/\$__(rate_interval|range)/g, '5m') })),
  );
}

/** The metrics and labels that an expression names, and the parts of it that are no PromQL. */
export function partsOf(text: string): { metrics: string[]; labels: string[]; errors: string[] } {
  const parts = { metrics: [] as string[], labels: [] as string[], errors: [] as string[] };
  parser.parse(text).iterate({
    enter({ type, from, to }) {
      if (type.isError) parts.errors.push(text.slice(Math.max(0, from - 20), to + 20));
      if (type.name === 'Identifier') parts.metrics.push(text.slice(from, to));
      if (type.name === 'LabelName') parts.labels.push(text.slice(from, to));
    },
  });
  return parts;
}
