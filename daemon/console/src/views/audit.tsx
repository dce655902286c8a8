export function Audit(_: { id?: string }) { return null; }
