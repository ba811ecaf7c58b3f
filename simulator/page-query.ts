import { z } from 'zod';

const wholeNumber = z.coerce.number().int().min(1).max(100_000);

/**
 * The query parameters of all lists. The defaults are from the API page (List clusters), the upper bound from the vendor's
 * list of instances. The order ignores case, because the vendor's own examples differ.
 */
export const pageQueryShape = {
  keyword: z.string().default(''),
  order: z
    .string()
    .toUpperCase()
    .pipe(z.enum(['ASC', 'DESC']))
    .default('ASC'),
  pageNo: wholeNumber.default(1),
  pageSize: wholeNumber.default(10),
};
