import { parse } from 'yaml';
import { z } from 'zod';
import { ConfigurationError } from '../client/index.ts';

/**
 * Parses the text of a YAML file. No message quotes the text, which may contain secrets.
 *
 * @param path For messages.
 * @throws ConfigurationError with all problems at once
 */
export function parseFile<Content>(text: string, path: string, schema: z.ZodType<Content>): Content {
  const parsed = schema.safeParse(parseYAML(text, path));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${path}: ${z.core.toDotPath(issue.path)} ${issue.message}`);
  throw new ConfigurationError(problems);
}

function parseYAML(text: string, path: string): unknown {
  try {
    return parse(text);
  } catch {
    throw new ConfigurationError([`${path} is not valid YAML`]);
  }
}
