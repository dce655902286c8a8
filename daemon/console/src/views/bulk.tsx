export function Bulk(_: { id?: string }) { return null; }
