export function Syncs(_: { id?: string }) { return null; }
