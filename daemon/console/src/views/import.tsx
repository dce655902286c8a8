export function Import(_: { id?: string }) { return null; }
