export function RunView(_: { id?: string }) { return null; }
