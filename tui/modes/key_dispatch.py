"""From a key to what it does: the leader key that waits comes first, then the keymap."""

from collections.abc import Mapping

from tui.keymap import Keymap, key_table
from tui.modes.mode import END, Actions, Leader
from tui.screens.panel import Panel


class KeyDispatch:
    """Carries out each key at once and completely, so that keys that arrive in a burst, as over a slow line, keep
    their order."""

    def __init__(self, panel: Panel, keymap: Keymap, actions: Actions, leaders: Mapping[str, Leader]) -> None:
        self.panel, self.actions, self.leaders = panel, actions, leaders
        self._ids = key_table(keymap)
        self._digits = {key: action_id.rpartition("-")[2] for key, action_id in self._ids.items()
                        if action_id.startswith(("track-", "digit-"))}

    def press(self, key: str) -> bool:
        """Do what `key` means now. False: it means nothing."""
        if self._answer(key):
            return True
        if key not in self._ids:
            return False
        self.actions[self._ids[key]]()
        return True

    def _answer(self, key: str) -> bool:
        """Give the key to the leader that waits, if any. True: the key has been used up."""
        leader = self.leaders.get(self.panel.leader)
        if leader is None:
            return False
        answer = leader.answer(self._digits.get(key, key))
        if answer is None and leader.stays:
            return False
        self.panel.leader = answer or END
        return answer is not None or not leader.lasting
