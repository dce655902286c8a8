// Who is signed in, how it looks, and the way out.
import { useState } from "preact/hooks";
import { useApp } from "./app_state";
import { texts } from "./texts";
import { chooseTheme, chosenTheme, type Theme } from "./theme";
import { Icon } from "./ui/icon";
import { Menu, type MenuItem } from "./ui/menu";

const themes: Theme[] = ["system", "light", "dark"];

export function UserMenu() {
  const { session, signOut } = useApp();
  const [theme, setTheme] = useState(chosenTheme());
  const items: MenuItem[] = themes.map((one) => ({
    text: texts.user.theme[one],
    checked: one === theme,
    onChoose: () => (chooseTheme(one), setTheme(one)),
  }));
  items.push({ text: texts.user.signOut, icon: "key", onChoose: signOut });
  return (
    <Menu label={texts.user.about} items={items} look="user">
      <span class="avatar" aria-hidden="true"><Icon name="user" /></span>
      <span class="user-words">
        <bdi class="name strong">{session.name || session.who}</bdi>{" "}
        <span class="muted">{texts.role[session.role]}</span>
      </span>
      <span class="hidden"> {texts.user.about}</span>
    </Menu>
  );
}
