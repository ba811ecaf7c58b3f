import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { WebhookEvent } from '../../contract/webhook/event.ts';
import type { WebhookFormat } from '../../contract/webhook/settings.ts';
import { textOf } from './event-text.ts';
import type { Answer, Post } from './post.ts';

/** Makes requests for one kind of receiver, and reads its answers. */
interface Format {
  /** The request for an event. `secret` is absent only where it may be. */
  requestOf: (event: WebhookEvent, target: { url: URL; secret: string | undefined; now: Date }) => Post;
  /** Why an answer with a good status means that the receiver has not accepted the event. */
  refusalIn: (answer: Answer) => string | undefined;
}

const contentType = { 'content-type': 'application/json', 'user-agent': 'cce-orchestrator' };

/** A secret of fewer bytes can be guessed (Standard Webhooks asks for 24 to 64). */
const shortestSecret = 24;

/** Why a secret cannot be used. */
export function secretProblem(format: WebhookFormat, secret: string | undefined): string | undefined {
  if (format !== 'json') return undefined;
  if (secret === undefined) return 'is missing, and the format json needs one';
  const encoded = secret.replace(/^whsec_/, '');
  const bytes = Buffer.from(encoded, 'base64');
  // The library of Standard Webhooks throws, where Node's decoder reads what it can.
  if (bytes.toString('base64') !== encoded) return 'is not Base64';
  return bytes.length < shortestSecret ? `has fewer than ${shortestSecret} bytes` : undefined;
}

export const formats: Record<WebhookFormat, Format> = {
  json: {
    requestOf(event, { url, secret = '', now }) {
      const { id, ...rest } = event;
      const body = JSON.stringify(rest);
      const signed = {
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
        'webhook-signature': new Webhook(secret).sign(id, now, body),
      };
      return { url, headers: { ...contentType, ...signed }, body };
    },
    refusalIn: () => undefined,
  },

  // https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
  feishu: {
    requestOf(event, { url, secret, now }) {
      const timestamp = String(Math.floor(now.getTime() / 1000));
      const sign = secret && createHmac('sha256', `${timestamp}\n${secret}`).digest('base64');
      const text = withoutMarkup(textOf(event));
      const body = { ...(sign && { timestamp, sign }), msg_type: 'text', content: { text } };
      return { url, headers: contentType, body: JSON.stringify(body) };
    },
    refusalIn: ({ text }) => refusedBy(text, 'code'),
  },

  // https://open.dingtalk.com/document/robots/customize-robot-security-settings
  dingtalk: {
    requestOf(event, { url, secret, now }) {
      const signedURL = new URL(url);
      if (secret !== undefined) {
        const timestamp = String(now.getTime());
        signedURL.searchParams.set('timestamp', timestamp);
        const sign = createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64');
        signedURL.searchParams.set('sign', sign);
      }
      const body = { msgtype: 'text', text: { content: textOf(event) } };
      return { url: signedURL, headers: contentType, body: JSON.stringify(body) };
    },
    refusalIn: ({ text }) => refusedBy(text, 'errcode'),
  },

  // https://docs.slack.dev/messaging/formatting-message-text#escaping
  slack: {
    requestOf: (event, { url }) => {
      const text = textOf(event).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
      return { url, headers: contentType, body: JSON.stringify({ text }) };
    },
    refusalIn: () => undefined,
  },
};

/** A text of the vendor must not be able to mention everybody in the chat. */
function withoutMarkup(text: string): string {
  return text.replaceAll('<', '＜').replaceAll('>', '＞');
}

/** These robots answer with status 200, and say in the body whether they took the message. */
function refusedBy(text: string, field: string): string | undefined {
  let code: unknown;
  try {
    code = (JSON.parse(text) as Record<string, unknown> | null)?.[field];
  } catch {
    return 'answered with something else than JSON';
  }
  return code === 0 ? undefined : `answered with the ${field} ${String(code).slice(0, 20)}`;
}
