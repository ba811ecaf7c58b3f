import { EventEmitter } from 'node:events';
import type { FastifyReply } from 'fastify';
import { expect, it } from 'vitest';
import { anonymous } from '../../http/access/principal.ts';
import { planAskerOf } from '../../http/plan-asker.ts';

it('whoever asks for a plan gives it up by hanging up', () => {
  const raw = new EventEmitter();
  const { signal, name } = planAskerOf({ principal: anonymous }, { raw } as unknown as FastifyReply);
  expect([name, signal?.aborted]).toEqual(['anonymous', false]);
  raw.emit('close');
  expect(signal?.reason).toMatchObject({ status: 499 });
  const late = planAskerOf({ principal: undefined }, { raw: Object.assign(raw, { destroyed: true }) } as never);
  expect([late.name, late.signal?.aborted]).toEqual([undefined, true]);
});
