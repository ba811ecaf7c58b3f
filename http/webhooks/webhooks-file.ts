import { z } from 'zod';
import {
  ConfigurationError,
  labelPattern,
  regionPattern,
  webhookProblems,
  type AccountRegion,
  type WebhookSettings,
} from '../../client/index.ts';
import { parseFile } from '../parse-file.ts';
import { label } from '../schemas/requests.ts';
import { webhookBodySchema } from '../schemas/webhook.ts';

/** A webhook of the file, for one account and region. */
export interface FileWebhook {
  scope: AccountRegion;
  name: string;
  settings: WebhookSettings;
}

const scopeSchema = z.string().transform((text, context): AccountRegion => {
  const [account = '', region = '', ...others] = text.split('/');
  if (labelPattern.test(account) && regionPattern.test(region) && others.length === 0) return { account, region };
  context.addIssue({ code: 'custom', message: `"${text}" must be an account and a region, such as default/bj` });
  return z.NEVER;
});

const fileSchema = z.strictObject({
  webhooks: z.array(
    webhookBodySchema.omit({ operation: true }).extend({ name: label, scopes: z.array(scopeSchema).min(1) }),
  ),
});

/**
 * Reads the file of webhooks. docs/webhooks.md describes it.
 *
 * @param path For messages.
 * @throws ConfigurationError with all problems at once
 */
export function readWebhooks(text: string, path: string): FileWebhook[] {
  const webhooks = parseFile(text, path, fileSchema).webhooks.flatMap(({ name, scopes, ...settings }) =>
    scopes.map((scope) => ({ scope, name, settings })),
  );
  const problems = webhooks.flatMap(({ name, settings }) =>
    webhookProblems(settings).map((problem) => `${path}: ${name}: ${problem.path} ${problem.message}`),
  );
  const keys = webhooks.map(keyOf);
  const repeated = keys.filter((key, index) => keys.indexOf(key) < index);
  const all = [...new Set([...problems, ...repeated.map((key) => `${path}: two webhooks are ${key}`)])];
  if (all.length > 0) throw new ConfigurationError(all);
  return webhooks;
}

/** Names a webhook among those of all accounts and regions. */
export function keyOf({ scope, name }: Pick<FileWebhook, 'scope' | 'name'>): string {
  return `${scope.account}/${scope.region}/${name}`;
}
