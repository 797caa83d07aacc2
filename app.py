"""GAN Forge: ``streamlit run app.py`` starts the server; importing does nothing else.

Run as a plain script, as Streamlit's AppTest does, it draws the page itself.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
if str(ROOT) not in sys.path:  # Streamlit may be started from any folder
    sys.path.insert(0, str(ROOT))

if __name__ == "__main__":
    from pages.router import main

    main()
else:
    import streamlit as st

    from pages.server.lifespan import lifespan
    from pages.server.middleware import middleware
    from pages.server.routes import routes
    from pages.ui.parts.errors import show_unexpected

    app = st.App(
        ROOT / "pages" / "router.py",
        lifespan=lifespan,
        routes=routes(),
        middleware=middleware(),
        on_script_error=show_unexpected,
    )
