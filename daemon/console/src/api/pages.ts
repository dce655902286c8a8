// Pages of lists. A page of the daemon may be short, even empty, and still have a next one: asked on until it is full.
import type { Query } from "./http";
import type { Page } from "./types";

export const pageSize = 50;

const mostRequests = 25;

export async function fullPage<T>(get: (query: Query, signal: AbortSignal) => Promise<Page<T>>, query: Query, after: string,
  signal: AbortSignal): Promise<Page<T>> {
  const items: T[] = [];
  let next: string | null = after;
  for (let i = 0; i < mostRequests && next !== null && items.length < pageSize; ++i) {
    const page: Page<T> = await get({ ...query, after: next, limit: pageSize - items.length }, signal);
    items.push(...page.items);
    next = page.next;
  }
  return { items, next };
}
